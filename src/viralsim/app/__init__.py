"""The web app: scenarios and lessons in a browser, on this machine alone unless a class is asked for."""
