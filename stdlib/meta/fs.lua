---@meta fs

assert(false, 'stdlib/meta/fs.lua is documentation; write require "fs" instead')

--- Files under the working folder, and no others. Also a global.
---
--- Paths are relative to it, without `..`, and no link may lead out. Closed, there too, are names that begin
--- with a dot (`.ssh`, `.bashrc`) and all that is in such folders, clouds.yaml, secure.yaml, openrc files,
--- private keys, and Lunette's own folders; folders of recipes are closed for writing. `--trust` opens all. A
--- recipe reaches what it declares as `files`, and the files that its arguments of `type = "path"` name,
--- wherever those are.
---
--- All raise: usage (such a path), forbidden (a recipe that does not declare it), not_found, config (what the
--- system refuses).
---@class fs
local fs = {}

--- The bytes of a file. Raises: limit (a file that is larger than half of `--max-memory`; `fs.lines` reads
--- any).
---@param path string
---@return string
function fs.read(path) end

--- Writes a file, and makes it where it is not there; its folder must be. What it held is replaced.
---
--- Raises: forbidden (under `--read-only`, and in recipes without `files = "write"`).
---@param path string
---@param text string
---@param options { append: boolean }?  `append` keeps what it held
function fs.write(path, text, options) end

--- Removes a file; a folder stays.
---
--- Raises: forbidden (under `--read-only`, and in recipes without `files = "write"`).
---@param path string
function fs.remove(path) end

--- An iterator over the lines of a file, without their line ends.
---@param path string
---@return fun(): string?
function fs.lines(path) end

--- Whether there is a file or a folder of that name.
---@param path string
---@return boolean
function fs.exists(path) end

--- The names in a folder, sorted; those of folders end in `/`. Names that begin with a dot are left out.
---@param path string?  the working folder, where left out
---@return string[]
function fs.list(path) end

return fs
