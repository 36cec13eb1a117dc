"""How what has a scale is named."""

import pytest

from scalebed.experiment.scalable import Door, Scalable


@pytest.mark.parametrize(
    ("text", "of", "said"),
    [
        ("shop/web", Scalable("deployments", "apps", "shop", "web"), "Deployment shop/web"),
        ("deployment/shop/web", Scalable("deployments", "apps", "shop", "web"), "Deployment shop/web"),
        ("statefulset/shop/db", Scalable("statefulsets", "apps", "shop", "db"), "StatefulSet shop/db"),
        ("statefulsets.apps/shop/db", Scalable("statefulsets", "apps", "shop", "db"), "StatefulSet shop/db"),
        (
            "rollouts.argoproj.io/shop/web",
            Scalable("rollouts", "argoproj.io", "shop", "web"),
            "rollouts.argoproj.io shop/web",
        ),
    ],
)
def test_a_kind_may_stand_before_namespace_and_name(text: str, of: Scalable, said: str) -> None:
    assert Scalable.of(text) == of
    assert str(of) == said


@pytest.mark.parametrize("text", ["web", "a/b/c/d", "shop/", "/web", "Shop/web", "shop/we b", "shop/../web"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="deployment: must be NAMESPACE/NAME of a Deployment"):
        Scalable.of(text)


def test_a_service_may_be_named_with_its_port() -> None:
    assert Door.of("web") == Door("web", "")
    assert Door.of("web:8080") == Door("web", "8080")
    assert Door.of("web:http") == Door("web", "http")
    for text in ("web:", "web:http:1", "", "web:HTTP"):
        with pytest.raises(ValueError, match="through: must be the NAME of a Service"):
            Door.of(text)
