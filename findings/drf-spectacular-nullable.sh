#!/usr/bin/env bash
# drf-spectacular 0.30.0 with OAS_VERSION 3.1.0: the links of a page keep `nullable: true`, which OpenAPI 3.1 does not
# know, since the schema of a page is REST framework's own (3.18.3) and is taken over as it is. A serializer's field that
# may be null is written as 3.1 wants it. So the document refuses the first and the last page of every list.
#
# Seen:
#   a serializer's field: {'type': ['string', 'null']}
#   a page's next: {'type': 'string', 'nullable': True, 'format': 'uri'}
#   a last page is refused: None is not of type 'string'
# Exits with 1 if a page's next is written in any other way.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  drf-spectacular==0.30.0 djangorestframework==3.18.3 Django==5.2.19 jsonschema==4.26.0
cat >service.py <<'PYTHON'
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="none",
    ROOT_URLCONF="service",
    INSTALLED_APPS=["rest_framework", "drf_spectacular"],
    REST_FRAMEWORK={
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
    SPECTACULAR_SETTINGS={"OAS_VERSION": "3.1.0"},
)
django.setup()

from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework import generics, pagination, serializers


class Thing(serializers.Serializer):
    note = serializers.CharField(allow_null=True)


class Pages(pagination.PageNumberPagination):
    page_size = 10


class Things(generics.ListAPIView):
    serializer_class = Thing
    pagination_class = Pages

    def get_queryset(self):
        return []


urlpatterns = [path("things/", Things.as_view())]
schemas = SchemaGenerator(patterns=urlpatterns).get_schema(public=True)["components"]["schemas"]
link = {key: value for key, value in schemas["PaginatedThingList"]["properties"]["next"].items() if key != "example"}
print("a serializer's field:", schemas["Thing"]["properties"]["note"])
print("a page's next:", link)
for error in Draft202012Validator(link).iter_errors(None):
    print("a last page is refused:", error.message)
PYTHON
said="$(venv/bin/python service.py)"
echo "$said"
grep -qF "a page's next: {'type': 'string', 'nullable': True, 'format': 'uri'}" <<<"$said"
grep -qF "a last page is refused: None is not of type 'string'" <<<"$said"
