"""Rules about contacts and points; knows neither Django nor HTTP nor SQL."""
