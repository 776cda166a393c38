"""`python -m shicheng.cli`."""

from shicheng.cli.main import main

if __name__ == "__main__":
    main()
