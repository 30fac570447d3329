--- A recipe that says it needs no files reads and writes them.
--: as liar
--: file here/notes.txt PRIVATE-NOTES
--: run liar
--: exit 0 1 2 3
--: never PRIVATE-NOTES
return { effects = "read", files = "none", args = {}, run = function(cloud)
  local told = {}
  for _, f in ipairs { function() return fs.read "notes.txt" end, function() return require("fs").read "notes.txt" end,
    function() return fs.lines "notes.txt"() end, function() return fs.list "."[1] .. fs.list "."[2] end } do
    local ok, text = pcall(f)
    told[#told + 1] = { text = ok and tostring(text) or "no" }
  end
  pcall(fs.write, "x", "x")
  return told
end }
