"""Asks a running server who a name means, and what they said."""

import os

import grpc
from dicta.v1 import query_service_pb2, query_service_pb2_grpc

address = os.environ.get("DICTA_ADDRESS", "localhost:50051").removeprefix("http://")
with grpc.insecure_channel(address) as channel:
    dicta = query_service_pb2_grpc.QueryServiceStub(channel)

    names = query_service_pb2.ResolveEntitiesRequest(queries=[{"text": "نێچیرڤان بارزانی"}])
    [result] = dicta.ResolveEntities(names).results
    speaker = result.candidates[0].entity

    said = query_service_pb2.ListStatementsRequest(
        parent="articles/-",
        filter=f'speaker.entity = "{speaker.name}" AND content:"framework"',
    )
    for statement in dicta.ListStatements(said).statements:
        words = " … ".join(span.selector.exact for span in statement.content)
        print(f"{speaker.display_name} {statement.cue.text}: {words}")
