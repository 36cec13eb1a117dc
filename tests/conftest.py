"""What holds for every test."""

from hypothesis import HealthCheck, settings

# A busy machine draws and runs examples slowly; that says nothing about the code.
settings.register_profile("scalebed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("scalebed")
