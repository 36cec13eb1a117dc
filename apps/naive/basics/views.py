"""What a request costs without a database."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from naive.basics.primes import prime_count
from naive.basics.serializers import (
    CpuQuerySerializer,
    CpuSerializer,
    EchoSerializer,
    ItemsSerializer,
    JsonQuerySerializer,
)
from naive.contacts.requests import StrictView


class JsonView(StrictView):
    """JSON of a given size."""

    parameters = frozenset({"items"})

    @extend_schema(parameters=[JsonQuerySerializer], responses=ItemsSerializer)
    def get(self, request: Request) -> Response:
        """Answer with a number of items."""
        query = JsonQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        items = [
            {"id": number, "name": f"Item {number}", "price": number * 37 % 1000, "available": number % 3 != 0}
            for number in range(1, query.validated_data["items"] + 1)
        ]
        return Response(ItemsSerializer({"items": items}).data)


class EchoView(StrictView):
    """A body that is checked and given back."""

    @extend_schema(request=EchoSerializer, responses=EchoSerializer)
    def post(self, request: Request) -> Response:
        """Answer with what was sent."""
        serializer = EchoSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.data)


class CpuView(StrictView):
    """Work for the processor alone."""

    parameters = frozenset({"n"})

    @extend_schema(parameters=[CpuQuerySerializer], responses=CpuSerializer)
    def get(self, request: Request) -> Response:
        """Count primes."""
        query = CpuQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        n = query.validated_data["n"]
        return Response({"n": n, "primes": prime_count(n)})
