"""What a request asks for: parameters, criteria, pages, cursors. Knows neither HTTP nor SQL."""
