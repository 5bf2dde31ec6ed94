class Config:
    CORS_SUPPORTS_CREDENTIALS = True
    CORS_HEADERS = "Content-Type"


class ProductionConfig(Config):
    CORS_ORIGINS = "https://app.example"
