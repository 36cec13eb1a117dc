"""What counts as an error, once and everywhere: a request without an answer, one whose check failed, or an answer with
a status outside 2xx that the script neither follows nor declares expected (`http.expectedStatuses`).

Beside them stand what an open model's arrival came to that no request was made of: one that found no free VU, and one
whose script threw. All count as slower than any limit.
"""

from __future__ import annotations

NO_RESPONSE = "no response"
CHECK_FAILED = "check failed"
SCRIPT_ERROR = "script error"
THROWS = "the script throws nothing"
"""With which a check begins that counts what a script throws."""
DROPPED = "dropped"
"""An arrival that found no free VU, where it was due."""


def of_no_request(status: int, failure: str) -> bool:
    """Whether what failed is the iteration itself: its script threw, or a check of it could not be laid to a request.

    An answer has a status, and no check fails a request without one."""
    return status == 0 and failure in (SCRIPT_ERROR, CHECK_FAILED)


def of_status(status: int) -> str:
    """What an answer of this status is, where nothing is known of what was expected: empty for a 2xx."""
    if 200 <= status < 300:
        return ""
    return f"{status // 100}xx" if status else NO_RESPONSE


def kind(status: int, said: str | None) -> str:
    """Why a request failed, empty where it did not. `said`: by the load generator; None where it said nothing."""
    return of_status(status) if said is None else said
