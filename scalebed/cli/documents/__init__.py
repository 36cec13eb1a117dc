"""What commands print for programs, where it is the command line's own; a run's and a comparison's are beside their
reports."""
