//! Who vouches for whom over TLS.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tonic::Code;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use super::{Running, Script, good, refused, request};
use crate::harness::{Dicta, Home, assert_refused};

/// An authority that vouches for others.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key, as PEM.
struct Vouched {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut own = CertificateParams::new([]).unwrap();
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = own.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(own, key), pem }
    }

    fn vouch_for(&self, name: &str) -> Vouched {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &self.issuer).unwrap();
        Vouched { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// TLS of an extractor that an authority vouches for.
fn tls(authority: &Authority) -> ServerTlsConfig {
    let own = authority.vouch_for("localhost");
    ServerTlsConfig::new().identity(Identity::from_pem(own.certificate, own.key))
}

fn file(directory: &Path, name: &str, pem: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, pem).unwrap();
    path
}

/// The configuration of a server that asks an extractor over TLS.
fn asking(home: &Home, extractor: &Running, authority: PathBuf) -> dicta::config::Config {
    let mut config = home.config();
    let address = format!("https://localhost:{}", extractor.address.port());
    config.extractor.address = Some(address.parse().unwrap());
    config.extractor.tls_ca = Some(authority);
    config
}

#[tokio::test]
async fn over_tls_it_must_be_vouched_for() {
    let authority = Authority::new();
    let extractor = Running::start(&Script::answering(good()), 0, Some(tls(&authority)));
    let (home, files) = (Home::new(), tempfile::tempdir().unwrap());
    let other = file(files.path(), "other.pem", &Authority::new().pem);
    let server = Dicta::start(asking(&home, &extractor, other)).await;
    let status = refused(&server, "articles/a").await;
    assert_refused(&status, Code::Unavailable, "EXTRACTOR_UNAVAILABLE");
    server.stop().await;
    let vouching = file(files.path(), "authority.pem", &authority.pem);
    let server = Dicta::start(asking(&home, &extractor, vouching)).await;
    assert_eq!(server.store(request("articles/a")).await.statements.len(), 1);
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn an_extractor_that_asks_for_a_certificate_answers_only_who_shows_a_good_one() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let demanding = tls(&authority).client_ca_root(Certificate::from_pem(&clients.pem));
    let script = Script::answering(good());
    let extractor = Running::start(&script, 0, Some(demanding));
    let (home, files) = (Home::new(), tempfile::tempdir().unwrap());
    let vouching = file(files.path(), "authority.pem", &authority.pem);
    let mut config = asking(&home, &extractor, vouching);
    // Whom nobody vouches for, and whom the wrong one does.
    for shown in [None, Some(authority.vouch_for("dicta"))] {
        show(&mut config, files.path(), shown.as_ref());
        let server = Dicta::start(config.clone()).await;
        let status = refused(&server, "articles/a").await;
        assert_refused(&status, Code::Unavailable, "EXTRACTOR_UNAVAILABLE");
        assert!(status.message().contains("alert"), "{status:?}");
        server.stop().await;
    }
    assert_eq!(script.asked(), 0);
    show(&mut config, files.path(), Some(&clients.vouch_for("dicta")));
    let server = Dicta::start(config).await;
    assert_eq!(server.store(request("articles/a")).await.statements.len(), 1);
    assert_eq!(script.asked(), 1);
    server.stop().await;
    extractor.stop().await;
}

/// Sets the certificate that is shown to the extractor.
fn show(config: &mut dicta::config::Config, files: &Path, shown: Option<&Vouched>) {
    let extractor = &mut config.extractor;
    extractor.tls_certificate = shown.map(|it| file(files, "dicta.pem", &it.certificate));
    extractor.tls_key = shown.map(|it| file(files, "dicta.key", &it.key));
}
