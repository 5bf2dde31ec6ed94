CORS_ORIGINS = ["https://app.example"]
