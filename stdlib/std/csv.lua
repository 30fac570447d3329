--- Reads and writes comma-separated values (RFC 4180).

local fail = require "std.fail"
local list = require "std.list"

local sub = string.sub

local csv = {}

---@param separator string
local function check(separator)
  if #separator ~= 1 or separator:find '["\r\n]' then
    fail("usage", ("'%s' is no separator"):format(separator), { advice = 'write one character, such as ";"' })
  end
end

---@param text string
---@param separator string
---@return string[][]
local function records(text, separator)
  check(separator)
  local all, record, at = {}, {}, 1
  local ending_of_field = "[" .. separator:gsub("%p", "%%%0") .. "\r\n]"
  while at <= #text do
    local field, last
    local first = sub(text, at, at)
    if first == '"' then
      local close = at
      repeat
        close = text:find('"', close + 1, true) or #text + 1
        local doubled = sub(text, close + 1, close + 1) == '"'
        if doubled then close = close + 1 end
      until not doubled
      field, last = sub(text, at + 1, close - 1):gsub('""', '"'), close
    elseif first == separator or first == "\n" then
      field, last = "", at - 1
    else
      last = (text:find(ending_of_field, at) or #text + 1) - 1
      field = sub(text, at, last)
    end
    record[#record + 1] = field
    local after = sub(text, last + 1, last + 1)
    local is_line = after == "\n" or after == "\r" and sub(text, last + 2, last + 2) == "\n"
    at = last + (is_line and after == "\r" and 3 or 2)
    if is_line or last >= #text then
      all[#all + 1], record = record, {}
    elseif at > #text then
      record[#record + 1] = ""
      all[#all + 1] = record
    end
  end
  return all
end

--- The rows of a text whose first line names the columns. Every value is a string; empty ones are "".
---
--- Raises: usage (a separator that is not one character).
---@param text string
---@param options { separator: string }?
---@return table<string, string>[]
function csv.parse(text, options)
  local all = records(text, options and options.separator or ",")
  local columns = table.remove(all, 1) or {}
  return list.map(all, function(record)
    local row = {}
    for i, column in ipairs(columns) do
      row[column] = record[i] or ""
    end
    return row
  end)
end

local function quoted(value)
  local text = value == nil and "" or tostring(value)
  if text:find '[",\r\n]' then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

--- A text with a line of column names and a line for each row.
---@param rows Walkable
---@param columns string[]?  which, in which order; all of the first row's by name, where left out
---@return string
function csv.format(rows, columns)
  rows = list.collect(rows)
  columns = columns or list.keys(rows[1] or {})
  local lines = { table.concat(list.map(columns, quoted), ",") }
  for _, row in ipairs(rows) do
    local values = {}
    for i, column in ipairs(columns) do
      values[i] = quoted(row[column])
    end
    lines[#lines + 1] = table.concat(values, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

return csv
