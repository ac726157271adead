"""Uses Dicta from Python as a service would: ingest, bulk stream, list, resolve,
and errors with their details.  client.py ADDRESS FILE_OF_PASSED_CHECKS"""

import sys
import uuid

import grpc
from dicta.v1 import article_pb2, entity_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from dicta.v1 import query_service_pb2, query_service_pb2_grpc, read_pb2, statement_pb2
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_status import rpc_status

ADDRESS, PASSED = sys.argv[1:]
TIMEOUT = 30


def holds(name: str, condition: bool, shown: object = "") -> None:
    if not condition:
        sys.exit(f"FAIL  {name}\n{shown}")
    print(f"ok    {name}")
    with open(PASSED, "a", encoding="utf-8") as passed:
        passed.write(name + "\n")


def ingest_of(number: int, **changes) -> ingest_service_pb2.IngestArticleRequest:
    body = f"Council session {number}. The mayor said that the bridge would open in May {2030 + number}."
    words = f"the bridge would open in May {2030 + number}"
    article = article_pb2.Article(
        name=f"articles/council-{number}",
        title=f"Council session {number}",
        body=body,
        language="en",
    )
    article.published_at.FromJsonString(f"2026-02-{number % 28 + 1:02}T09:00:00Z")
    statement = statement_pb2.Statement(
        content=[{"selector": {"exact": words}}],
        cue={"text": "said"},
        speaker={"entity": "entities/mayor-of-sella", "mention": {"text": "The mayor"}},
        reference_time={"start": f"{2030 + number}-05"},
    )
    mayor = entity_pb2.Entity(
        name="entities/mayor-of-sella",
        type=entity_pb2.ENTITY_TYPE_PERSON,
        display_name="Joana Ferrás",
        names=[{"text": "ژوانا فێراس", "language": "ckb"}],
    )
    request = ingest_service_pb2.IngestArticleRequest(
        article=article, statements=[statement], entities=[mayor]
    )
    request.MergeFrom(ingest_service_pb2.IngestArticleRequest(**changes))
    return request


def error_of(call) -> tuple[grpc.StatusCode, list]:
    """The status code of a call that must fail, and its details."""
    try:
        call()
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        return error.code(), [] if status is None else list(status.details)
    sys.exit("FAIL  a call that must fail did not")


def detail(details: list, kind):
    for packed in details:
        found = kind()
        if packed.Unpack(found):
            return found
    sys.exit(f"FAIL  the error has no {kind.DESCRIPTOR.name}: {details}")


def one_article(ingest, query) -> None:
    first = ingest_of(1, request_id=str(uuid.uuid4()))
    answer = ingest.IngestArticle(first, timeout=TIMEOUT)
    holds("an article is created", answer.outcome == ingest_service_pb2.INGEST_OUTCOME_CREATED, answer)
    again = ingest.IngestArticle(first, timeout=TIMEOUT)
    holds("a retry gives the first answer", again == answer, again)
    read = read_pb2.ReadOptions(consistency_token=answer.consistency_token)
    request = query_service_pb2.GetArticleRequest(name="articles/council-1", read=read)
    holds("its body is the one sent", query.GetArticle(request, timeout=TIMEOUT).article.body == first.article.body)

    reused = ingest_of(2, request_id=first.request_id)
    code, details = error_of(lambda: ingest.IngestArticle(reused, timeout=TIMEOUT))
    info = detail(details, error_details_pb2.ErrorInfo)
    holds("a request_id means one request", code is grpc.StatusCode.INVALID_ARGUMENT, code)
    holds("and the error says so", (info.domain, info.reason) == ("dicta", "REQUEST_ID_REUSED"), info)


def bulk(ingest) -> None:
    """Fifty items, the tenth of them bad, five a message."""
    requests = [ingest_of(number) for number in range(1, 51)]
    requests[9].article.name = "articles/Not An Id"
    items = [
        ingest_service_pb2.IngestArticlesItem(sequence=number, ingest=request)
        for number, request in enumerate(requests, start=1)
    ]
    messages = (
        ingest_service_pb2.IngestArticlesRequest(items=items[start : start + 5])
        for start in range(0, len(items), 5)
    )
    acks = [ack for answer in ingest.IngestArticles(messages, timeout=TIMEOUT) for ack in answer.acks]
    holds("every item is acknowledged in order", [ack.sequence for ack in acks] == list(range(1, 51)), acks)
    failed = [ack for ack in acks if ack.status.code != 0]
    holds("the bad item fails alone", [ack.sequence for ack in failed] == [10], failed)
    bad = detail(list(failed[0].status.details), error_details_pb2.BadRequest)
    holds("and names its field", "article.name" in [v.field for v in bad.field_violations], bad)
    outcomes = [ack.outcome for ack in acks if ack not in failed]
    unchanged, created = (
        ingest_service_pb2.INGEST_OUTCOME_UNCHANGED,
        ingest_service_pb2.INGEST_OUTCOME_CREATED,
    )
    holds("the first was there, the others are new", outcomes == [unchanged] + [created] * 48, outcomes)

    falling = [ingest_service_pb2.IngestArticlesRequest(items=[items[1], items[0]])]
    code, _ = error_of(lambda: list(ingest.IngestArticles(iter(falling), timeout=TIMEOUT)))
    holds("a falling sequence ends the stream", code is grpc.StatusCode.INVALID_ARGUMENT, code)


def lists(query) -> None:
    def page(token: str, parent: str = "articles/-"):
        request = query_service_pb2.ListStatementsRequest(
            parent=parent,
            page_size=20,
            page_token=token,
            filter='speaker.entity = "entities/mayor-of-sella"',
        )
        return query.ListStatements(request, timeout=TIMEOUT)

    first = page("")
    names, revisions, token = [s.name for s in first.statements], {first.revision}, first.next_page_token
    while token:
        answer = page(token)
        names += [s.name for s in answer.statements]
        revisions.add(answer.revision)
        token = answer.next_page_token
    holds("pages hold each statement once", len(names) == len(set(names)) == 49, names)
    holds("all pages stand for one revision", len(revisions) == 1, revisions)
    published = [s.article_published_at.seconds for s in first.statements]
    holds("the newest come first", published == sorted(published, reverse=True), published)
    code, details = error_of(lambda: page(first.next_page_token, "articles/council-1"))
    holds("a token serves its own list only", code is grpc.StatusCode.INVALID_ARGUMENT, code)
    detail(details, error_details_pb2.BadRequest)


def resolve(query) -> None:
    texts = ["Joana Ferras", "ژوانا فێراس", "Nobody At All"]
    request = query_service_pb2.ResolveEntitiesRequest(queries=[{"text": text} for text in texts])
    results = query.ResolveEntities(request, timeout=TIMEOUT).results
    found = [[candidate.entity.name for candidate in result.candidates][:1] for result in results]
    mayor = ["entities/mayor-of-sella"]
    holds("names resolve without diacritics and in another script", found == [mayor, mayor, []], found)
    best = results[0].candidates[0]
    holds("with a score and reasons", 0 < best.score <= 1 and len(best.reasons) > 0, best)


def errors(query) -> None:
    request = query_service_pb2.GetArticleRequest(name="articles/nowhere")
    code, details = error_of(lambda: query.GetArticle(request, timeout=TIMEOUT))
    info = detail(details, error_details_pb2.ErrorInfo)
    holds("what is not there is NOT_FOUND", code is grpc.StatusCode.NOT_FOUND, code)
    holds("in the domain dicta", info.domain == "dicta" and info.reason.isupper(), info)


def reflection(channel, version: str) -> None:
    """v1 and v1alpha have the same messages."""
    ask = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    asked = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="dicta.v1.Article"),
    ]
    services, file = list(ask(iter(asked), timeout=TIMEOUT))
    names = [service.name for service in services.list_services_response.service]
    holds(f"reflection {version} lists the services", "dicta.v1.QueryService" in names, names)
    files = file.file_descriptor_response.file_descriptor_proto
    holds(f"reflection {version} has the messages", len(files) > 0, file)


with grpc.insecure_channel(ADDRESS) as channel:
    ingest_service = ingest_service_pb2_grpc.IngestServiceStub(channel)
    query_service = query_service_pb2_grpc.QueryServiceStub(channel)
    one_article(ingest_service, query_service)
    bulk(ingest_service)
    lists(query_service)
    resolve(query_service)
    errors(query_service)
    reflection(channel, "v1")
    reflection(channel, "v1alpha")
