--- Names of modules that lead out of the folder.
--: exit 0
--: says required 0
--: never HIJACKED
--: link here/out.lua ../elsewhere/evil.lua
local required = 0
for _, name in ipairs { "../elsewhere/evil", "..elsewhere.evil", "%O/elsewhere/evil", "/../elsewhere/evil", "...elsewhere.evil", "a\0b", "" } do
  if pcall(require, name) then required = required + 1 end
end
print("required " .. required)
--= elsewhere/evil.lua
print "HIJACKED"
