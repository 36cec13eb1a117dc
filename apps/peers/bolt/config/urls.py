"""Of Django's own URLs there are none: Bolt's router is in Rust."""

urlpatterns: list[object] = []
