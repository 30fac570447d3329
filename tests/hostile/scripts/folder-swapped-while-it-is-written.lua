--- A folder on the way to a file is swapped for a link to another place, while a script writes below it.
--: swap here/way ../elsewhere real
--: link here/way real
--: file here/real/x x
--: file elsewhere/x PRIVATE-NOTES
--: exit 0
--: says done
--: never PRIVATE-NOTES
--: makes here/way here/way.swap here/real/file here/real/disk here/real/disk.part here/real/disk.part.json
--: makes here/real/x
local ends = os.time() + 2
while os.time() < ends do
  pcall(fs.write, "way/file", "x")
  local ok, text = pcall(fs.read, "way/x")
  if ok then print(text) end
  pcall(fs.remove, "way/x")
  pcall(function() cloud:image("pfsense"):download { file = "way/disk", overwrite = true } end)
end
print "done"
