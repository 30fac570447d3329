//! A folder that another process swaps for a link, again and again, while a script uses it.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::world::{World, command, told};

/// Runs a script that tries `body` for some time below `way`, a folder and a link to `outside` in turn.
///
/// `body` counts in `seen` what it reached inside and outside. Returns what the script printed.
fn while_swapped(body: &str) -> String {
    let world = World::new();
    let work = world.path("work");
    for (folder, name, text) in [("work/way", "inside", "INSIDE"), ("outside", "private", "PRIVATE-TEXT")] {
        world.write(&format!("{folder}/x"), text);
        world.write(&format!("{folder}/{name}"), text);
        world.write(&format!("{folder}/kept"), text);
    }
    symlink("../outside", work.join("link")).unwrap();
    let script = format!(
        "local seen = {{ inside = 0, outside = 0 }}\n\
         local ends = os.time() + 3\n\
         while os.time() < ends do\n{body}\nend\n\
         print(seen.inside > 0 and 'reached inside', seen.outside)"
    );
    fs::write(work.join("script.lua"), script).unwrap();
    let goes_on = AtomicBool::new(true);
    let ended = thread::scope(|scope| {
        scope.spawn(|| {
            while goes_on.load(Ordering::Relaxed) {
                let (way, link) = (work.join("way"), work.join("link"));
                renameat_with(CWD, way, CWD, link, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let mut command = command(&work);
        command.env("OS_CLIENT_CONFIG_FILE", world.path("clouds.yaml")).env("OS_CLOUD", "project-a");
        let ended = told(command.args(["--no-progress", "run", "script.lua"]));
        goes_on.store(false, Ordering::Relaxed);
        ended
    });
    let outside: Vec<_> = sorted(&world.path("outside"));
    assert_eq!(outside, ["kept", "private", "x"], "after {body}");
    for name in outside {
        assert_eq!(fs::read_to_string(world.path("outside").join(name)).unwrap(), "PRIVATE-TEXT");
    }
    ended.ends(0).out
}

fn sorted(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_list_shows_no_folder_that_a_link_leads_to() {
    let body = "local ok, names = pcall(fs.list, 'way')
        for _, name in ipairs(ok and names or {}) do
          if name == 'private' then seen.outside = seen.outside + 1 end
          if name == 'inside' then seen.inside = seen.inside + 1 end
        end";
    assert_eq!(while_swapped(body), "reached inside\t0\n");
}

#[test]
fn an_upload_sends_no_file_that_a_link_leads_to() {
    let body =
        "local image = cloud:create_image { name = 'swap', disk_format = 'raw', container_format = 'bare' }
        local ok, sent = pcall(image.upload, image, { file = 'way/x' })
        if ok and sent.size == 6 then seen.inside = seen.inside + 1 end
        if ok and sent.size ~= 6 then seen.outside = seen.outside + 1 end
        image:delete()";
    assert_eq!(while_swapped(body), "reached inside\t0\n");
}

#[test]
fn a_download_writes_no_file_where_a_link_leads_to() {
    let body = "local image = cloud:image 'pfsense'
        local ok = pcall(image.download, image, { file = 'way/disk', overwrite = true })
        if ok then seen.inside = seen.inside + 1 end
        pcall(image.download, image, { file = 'way/x', overwrite = true })
        pcall(image.download, image, { file = 'way/new' })";
    assert_eq!(while_swapped(body), "reached inside\t0\n");
}

#[test]
fn fs_follows_no_link_that_is_swapped_in() {
    let body = "local ok, text = pcall(fs.read, 'way/x')
        if ok and text == 'INSIDE' then seen.inside = seen.inside + 1 end
        if ok and text == 'PRIVATE-TEXT' then seen.outside = seen.outside + 1 end
        pcall(fs.write, 'way/new', 'x')
        pcall(fs.write, 'way/x', 'INSIDE')
        pcall(fs.remove, 'way/private')
        local ok, found = pcall(fs.exists, 'way/private')
        if ok and found then seen.outside = seen.outside + 1 end
        pcall(function() for line in fs.lines 'way/kept' do
          if line == 'PRIVATE-TEXT' then seen.outside = seen.outside + 1 end
        end end)";
    assert_eq!(while_swapped(body), "reached inside\t0\n");
}
