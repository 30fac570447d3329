//! What a script or a recipe is kept from, whatever it tries: through the binary, against a sandbox.

mod callbacks;
mod effects;
mod files;
mod loading;
mod names;
mod swaps;

use crate::world::World;

/// Writes a recipe with these declarations, that does this when it runs.
fn recipe(world: &World, name: &str, declared: &str, body: &str) {
    let text = format!(
        "--- A test.\nreturn {{ {declared}, args = {{ {{ \"file\", type = \"path\", optional = true }} }}, \
         run = function(cloud, args) {body} end }}\n"
    );
    world.write(&format!("recipes/{name}.lua"), &text);
}

/// The requests of a run that are neither reads nor log-ins.
fn writes(world: &World, run: impl FnOnce(&World)) -> Vec<String> {
    let is_write = |line: &String| !line.starts_with("GET") && !line.contains("/auth/tokens");
    world.requests_of(run).into_iter().filter(is_write).collect()
}
