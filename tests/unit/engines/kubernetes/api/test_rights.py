"""The commands that grant what was refused, in the API server's words of 1.34."""

from scalebed.engines.kubernetes.api.rights import granting

_ACCOUNT = "system:serviceaccount:scalebed-load:scalebed"


def test_a_service_account_gets_a_role_in_the_namespace() -> None:
    told = (
        f'deployments.apps "web" is forbidden: User "{_ACCOUNT}" cannot patch resource "deployments/scale" in API '
        'group "apps" in the namespace "shop"'
    )
    name = "scalebed-patch-deployments-scale"
    assert granting(told) == (
        f"kubectl --namespace shop create role {name} --verb=patch --resource=deployments.apps/scale && "
        f"kubectl --namespace shop create rolebinding {name} --role={name} --serviceaccount=scalebed-load:scalebed"
    )


def test_a_person_gets_a_role_of_the_whole_cluster_where_that_was_refused() -> None:
    told = 'nodes is forbidden: User "kim" cannot list resource "nodes" in API group "" at the cluster scope'
    name = "scalebed-list-nodes"
    assert granting(told) == (
        f"kubectl create clusterrole {name} --verb=list --resource=nodes && "
        f"kubectl create clusterrolebinding {name} --clusterrole={name} --user=kim"
    )


def test_what_is_no_matter_of_rights_has_none() -> None:
    assert not granting('pods "x" is forbidden: exceeded quota: counts, requested: pods=1, used: pods=60, limited: 60')
    assert not granting('admission webhook "policy.example" denied the request: no')
