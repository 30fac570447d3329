//! What a script or a recipe is kept from, whatever it tries: through the binary, against a sandbox.

mod callbacks;
