//! Asks a running server who said what.

use dicta::rpc::pb::ListStatementsRequest;
use dicta::rpc::pb::query_service_client::QueryServiceClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address =
        std::env::var("DICTA_ADDRESS").unwrap_or_else(|_| "http://localhost:50051".to_owned());
    let mut dicta = QueryServiceClient::connect(address).await?;

    let request = ListStatementsRequest {
        parent: "articles/-".to_owned(),
        filter: r#"speaker.entity = "entities/nechirvan-barzani" AND kind = DIRECT"#.to_owned(),
        ..Default::default()
    };
    for statement in dicta.list_statements(request).await?.into_inner().statements {
        let words = statement.content.iter().filter_map(|span| span.selector.as_ref());
        let words: Vec<&str> = words.map(|selector| selector.exact.as_str()).collect();
        println!("“{}”\n    {}", words.join(" … "), statement.name);
    }
    Ok(())
}
