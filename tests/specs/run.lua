--- Runs spec files: each returns a table of named cases, and each case gets a workplace of its own.
---
--- Prints a line a case and raises when any failed. The clouds `project-a`, `project-b` and `project-c` must be
--- configured; whatever a case makes through its workplace is removed after it.
local workplace = require "workplace"

local failed, passed = {}, 0

local function run(file, name, case)
  local place = workplace.open()
  local ok, err = pcall(case, place)
  local swept, rest = pcall(place.sweep, place)
  if ok and not swept then
    ok, err = false, rest
  end
  if ok then
    passed = passed + 1
  else
    failed[#failed + 1] = name
  end
  print(("%s - %s: %s%s"):format(ok and "ok" or "not ok", file, name, ok and "" or "\n    " .. tostring(err)))
end

for _, file in ipairs { ... } do
  local cases = require(file)
  local names = {}
  for name in pairs(cases) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    run(file, name, cases[name])
  end
end

print(("%d passed, %d failed"):format(passed, #failed))
if passed == 0 then error("no case was run") end
if #failed > 0 then error("failed: " .. table.concat(failed, "; "), 0) end
