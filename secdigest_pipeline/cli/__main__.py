"""`python -m secdigest_pipeline.cli`."""

from secdigest_pipeline.cli import main

main()
