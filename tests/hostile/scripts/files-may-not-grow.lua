--- No file may grow: a token cannot be kept, a download cannot be written, the sandbox cannot keep data.
--: shell ulimit -f 0
--: run list
--: run run script.lua
--: exit 0 1 2
--: makes here/disk.part here/disk.part.json here/x
pcall(fs.write, "x", "x")
pcall(function() cloud:image("pfsense"):download { file = "disk" } end)
print "went on"
