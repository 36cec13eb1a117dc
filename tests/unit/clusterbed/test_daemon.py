from pathlib import Path

from clusterbed.daemon import mounts_below, without_docker

BEFORE = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 22 -j ACCEPT
COMMIT
"""
AFTER = """*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i br-0123456789ab -j RETURN
COMMIT
*filter
:INPUT ACCEPT [10:20]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A INPUT -p tcp --dport 22 -j ACCEPT
-A INPUT -p tcp --dport 80 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -j DOCKER
-A DOCKER-USER -j RETURN
COMMIT
"""


def test_docker_s_rules_go_and_everybody_else_s_stay() -> None:
    assert without_docker(AFTER, BEFORE) == (
        "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n"
        "*filter\n:INPUT ACCEPT [10:20]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        "-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n"
    )


def test_a_policy_that_dropped_before_drops_again() -> None:
    assert ":FORWARD DROP [0:0]\n" in without_docker(AFTER, BEFORE.replace("FORWARD ACCEPT", "FORWARD DROP"))


def test_docker_rules_that_were_there_before_are_another_engine_s() -> None:
    assert without_docker(AFTER, AFTER) == AFTER


def test_where_nothing_is_known_of_before_packets_are_forwarded() -> None:
    assert ":FORWARD ACCEPT [0:0]\n" in without_docker(AFTER, "")


def test_what_an_engine_left_mounted_is_found_from_the_inside_out() -> None:
    mounts = "tmpfs /run tmpfs rw 0 0\ntmpfs /run/ours/netns tmpfs rw 0 0\nnsfs /run/ours/netns/1 nsfs rw 0 0\n"

    assert mounts_below(mounts, Path("/run/ours")) == ["/run/ours/netns/1", "/run/ours/netns"]
