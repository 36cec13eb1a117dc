"""The three tables of the CRM; which the dataset's migrations make."""

from contract.rules import new_customer_id
from django.db import models
from django.utils import timezone


class Address(models.Model):
    """Where a contact lives."""

    street = models.CharField(max_length=100)
    street_number = models.CharField(max_length=16)
    city = models.CharField(max_length=100)
    city_code = models.CharField(max_length=16)
    country = models.CharField(max_length=100)

    class Meta:
        db_table = "address"

    def __str__(self) -> str:
        return f"{self.street} {self.street_number}, {self.city_code} {self.city}, {self.country}"


class AppUser(models.Model):
    """A contact: a person who may have an address and a customer relationship."""

    class Gender(models.TextChoices):
        MALE = "M", "Male"
        FEMALE = "F", "Female"
        OTHER = "O", "Other"

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    gender = models.CharField(max_length=1, choices=Gender.choices)
    customer_id = models.CharField(max_length=17, unique=True, default=new_customer_id)
    phone_number = models.CharField(max_length=32)
    birthday = models.DateField()
    created = models.DateTimeField(auto_now_add=True)
    last_updated = models.DateTimeField(auto_now=True)
    address = models.ForeignKey(Address, on_delete=models.SET_NULL, null=True, related_name="appusers")

    class Meta:
        db_table = "app_user"

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name} ({self.customer_id})"


class CustomerRelationship(models.Model):
    """The loyalty points of a contact, and when the contact was last active."""

    appuser = models.OneToOneField(AppUser, on_delete=models.CASCADE, related_name="relationship")
    points = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    last_activity = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "customer_relationship"

    def __str__(self) -> str:
        return f"{self.points} points"
