--- A script reads a file of four gigabytes of nothing, whole and by lines.
--: sparse here/holes.bin 4000000000
--: memory 64
--: exit 0
--: says false
print((pcall(fs.read, "holes.bin")))
print((pcall(function() for line in fs.lines "holes.bin" do return #line end end)))
