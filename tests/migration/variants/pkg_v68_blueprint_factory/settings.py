class Base:
    ALLOWED = ["https://app.example"]
class Config(Base):
    DEBUG = False
