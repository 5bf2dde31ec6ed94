class Settings:
    cors_origins = ["https://app.example"]
    cors_credentials: bool = True
settings = Settings()
