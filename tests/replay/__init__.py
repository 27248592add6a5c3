"""A small web server on loopback that answers as recorded services did, and as broken ones would."""
