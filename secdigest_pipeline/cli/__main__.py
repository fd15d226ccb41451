"""`python -m secdigest_pipeline.cli`."""

from secdigest_pipeline.cli.main import main

main()
