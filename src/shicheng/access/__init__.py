"""The portal 一网查档: public search over opened records and their pages."""
