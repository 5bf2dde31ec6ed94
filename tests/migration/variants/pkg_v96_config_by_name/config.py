class Base:
    CORS_ORIGINS = ["https://app.example"]
class Dev(Base):
    DEBUG = True
class Prod(Base):
    CORS_ORIGINS = ["https://prod.example"]
config_by_name = {"dev": Dev, "prod": Prod}
