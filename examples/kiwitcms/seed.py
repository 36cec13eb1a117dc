"""Fills an empty Kiwi TCMS with one product, 30 plans, 600 cases, 90 runs, 1,800 executions and 300 bugs.

Run it once after `migrate`, with DJANGO_SETTINGS_MODULE set.
"""

import random
import sys
from datetime import timedelta

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from tcms.bugs.models import Bug, Severity  # noqa: E402
from tcms.management.models import Build, Classification, Component, Priority, Product, Tag, Version  # noqa: E402
from tcms.testcases.models import Category, TestCase, TestCaseStatus  # noqa: E402
from tcms.testplans.models import PlanType, TestPlan  # noqa: E402
from tcms.testruns.models import TestExecution, TestExecutionStatus, TestRun  # noqa: E402
from tcms.utils.permissions import initiate_user_with_default_setups  # noqa: E402

AREAS = ("Basket", "Checkout", "Search", "Account", "Returns", "Invoices")
ACTIONS = ("opens", "saves", "rejects", "lists", "deletes", "exports")
THINGS = ("an empty form", "a second address", "a long name", "an expired card", "a paid order", "a refund")
USERS, PLANS, CASES_PER_PLAN, RUNS_PER_PLAN, BUGS = 20, 30, 20, 3, 300

pick = random.Random(2024)


def users():
    made = []
    for number in range(1, USERS + 1):
        user = get_user_model().objects.create_user(
            f"tester{number}", f"tester{number}@example.test", "correct-horse-battery"
        )
        initiate_user_with_default_setups(user)
        made.append(user)
    get_user_model().objects.create_superuser("admin", "admin@example.test", "correct-horse-battery")
    return made


@transaction.atomic
def fill():
    people = users()
    product = Product.objects.create(name="Web shop", classification=Classification.objects.create(name="Shops"))
    versions = [Version.objects.create(product=product, value=f"{major}.0") for major in range(1, 4)]
    builds = [
        Build.objects.create(version=version, name=f"build-{number}") for version in versions for number in (1, 2)
    ]
    components = [
        Component.objects.create(product=product, name=area, initial_owner=pick.choice(people), description=area)
        for area in AREAS
    ]
    categories = [Category.objects.create(product=product, name=name) for name in ("Smoke", "Regression")]
    tags = [Tag.objects.create(name=name) for name in ("slow", "mobile", "payment", "legal")]
    priorities = list(Priority.objects.all())
    confirmed = TestCaseStatus.objects.filter(is_confirmed=True).first()
    types = list(PlanType.objects.all())
    outcomes = list(TestExecutionStatus.objects.all())
    start = timezone.now() - timedelta(days=90)

    for plan_number in range(PLANS):
        version = pick.choice(versions)
        plan = TestPlan.objects.create(
            name=f"{pick.choice(AREAS)} plan {plan_number + 1}",
            text="What must hold before a release.",
            product=product,
            product_version=version,
            author=pick.choice(people),
            type=pick.choice(types),
        )
        plan.add_tag(pick.choice(tags))
        cases = []
        for number in range(CASES_PER_PLAN):
            area = pick.choice(AREAS)
            case = TestCase.objects.create(
                summary=f"{area} {pick.choice(ACTIONS)} {pick.choice(THINGS)} ({plan_number + 1}.{number + 1})",
                text="**Given** a visitor\n\n**When** the form is sent\n\n**Then** the page says so",
                case_status=confirmed,
                category=pick.choice(categories),
                priority=pick.choice(priorities),
                author=pick.choice(people),
                default_tester=pick.choice(people),
                is_automated=pick.random() < 0.5,
            )
            case.add_component(components[AREAS.index(area)])
            plan.add_case(case, sortkey=(number + 1) * 10)
            cases.append(case)
        for number in range(RUNS_PER_PLAN):
            began = start + timedelta(days=plan_number * 3 + number)
            run = TestRun.objects.create(
                summary=f"{plan.name}, round {number + 1}",
                plan=plan,
                build=pick.choice([build for build in builds if build.version_id == version.pk]),
                manager=pick.choice(people),
                default_tester=pick.choice(people),
                start_date=began,
            )
            executions = []
            for case in cases:
                outcome = pick.choice(outcomes)
                executions.append(
                    TestExecution(
                        run=run,
                        case=case,
                        build=run.build,
                        assignee=pick.choice(people),
                        tested_by=pick.choice(people) if outcome.weight else None,
                        status=outcome,
                        case_text_version=case.history.latest().history_id,
                        start_date=began,
                        stop_date=began + timedelta(hours=1) if outcome.weight else None,
                    )
                )
            TestExecution.objects.bulk_create(executions)

    severities = list(Severity.objects.all())
    for number in range(BUGS):
        version = pick.choice(versions)
        Bug.objects.create(
            summary=f"{pick.choice(AREAS)} {pick.choice(ACTIONS)} {pick.choice(THINGS)} wrongly ({number + 1})",
            product=product,
            version=version,
            build=pick.choice([build for build in builds if build.version_id == version.pk]),
            reporter=pick.choice(people),
            assignee=pick.choice(people),
            severity=pick.choice(severities) if severities else None,
            status=pick.random() < 0.7,
        )


def main():
    if Product.objects.exists():
        sys.exit("There is data in this database already: seed an empty one")
    call_command("refresh_permissions", verbosity=0, interactive=False)
    call_command("set_domain", "127.0.0.1")
    fill()
    print(
        f"{TestPlan.objects.count()} plans, {TestCase.objects.count()} cases, {TestRun.objects.count()} runs, "
        f"{TestExecution.objects.count()} executions, {Bug.objects.count()} bugs"
    )


if __name__ == "__main__":
    main()
