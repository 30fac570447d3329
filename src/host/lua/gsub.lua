-- `string.gsub` where a table or a function gives the replacements. Rust calls it, so that a callback cannot
-- wait, as in C. Positions are counted from 0.

---@type function
local next_match = ...
local type, sub, concat, error = type, string.sub, table.concat, error

return function(subject, pattern, by, most, anchored)
  local parts, n, count, changed, at, last = {}, 0, 0, false, 0, nil
  local function add(start, finish, ...)
    if not start then return false end
    local replacement
    if type(by) == "table" then
      replacement = by[(...)]
    else
      replacement = by(...)
    end
    local kind = type(replacement)
    if not replacement then
      replacement = sub(subject, start + 1, finish)
    elseif kind == "string" or kind == "number" then
      changed = true
    else
      error("invalid replacement value (a " .. kind .. ")", 0)
    end
    parts[n + 1], parts[n + 2] = sub(subject, at + 1, start), replacement
    n, at, last, count = n + 2, finish, finish, count + 1
    return not anchored
  end
  while count < most and add(next_match(subject, pattern, at, last, anchored)) do
  end
  if not changed then return subject, count end
  parts[n + 1] = sub(subject, at + 1)
  return concat(parts), count
end
