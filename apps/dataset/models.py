"""What this database was loaded with."""

from django.db import models


class DatasetInfo(models.Model):
    """The one row that says which dataset stands in the tables, or which is on its way in.

    `claim` names the load that may write: workers check it in every transaction, so a load that was killed or
    overtaken cannot add rows to the next one's. `keys` holds the definitions of the constraints and indexes that
    are away while rows come in; only when all are back is the load `complete`.
    """

    contacts = models.BigIntegerField()
    seed = models.DecimalField(max_digits=20, decimal_places=0)
    generator = models.IntegerField()
    faker = models.CharField(max_length=32)
    pools = models.CharField(max_length=64)
    complete = models.BooleanField(default=False)
    claim = models.CharField(max_length=32)
    keys = models.JSONField(default=list)

    class Meta:
        db_table = "dataset_info"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="dataset_info_one_row"),)

    def __str__(self) -> str:
        state = "complete" if self.complete else "incomplete"
        return f"{self.contacts:,} contacts of seed {self.seed} (generator {self.generator}, {state})"
