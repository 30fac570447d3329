---@meta

assert(false, 'stdlib/meta/service.lua is documentation; all of this comes from a cloud: require "glance"')

--- A place where a cloud keeps data.
---@class Store
---@field id string its name in requests
---@field description? string what its operators say of it
---@field default boolean data go here where no store is named
---@field read_only boolean nothing can be put here
---@field type? string `file`, `rbd`, `swift`, …; with `detail`
---@field weight? integer of two stores that have an image, the heavier is read from; with `detail`
---@field properties? table how it is configured; with `detail`
local Store = {}

--- An iterator over tasks: `for task in image:tasks() do`.
---@class Tasks
local Tasks = {}

--- All that are left, as a list.
---@return Task[]
function Tasks:collect() end

--- The next one, or nil.
---@return Task|nil
function Tasks:first() end

--- What a cloud does after it has answered, such as an import: a snapshot.
---@class Task
---@field id string
---@field type string `api_image_import` (by `image:import`), `location_import`, `import` (by `cloud:create_task`)
---@field status string pending, processing, success, failure
---@field image_id? string the image it works on
---@field message? string how far it is, or why it failed
---@field input? table what was asked; not in `cloud:tasks`
---@field result? table what came of it; not in `cloud:tasks`
---@field owner? string the project that asked for it
---@field user_id? string the user that asked for it
---@field request_id? string the request that asked for it, for the cloud's operators to look up
---@field created_at? string ISO 8601
---@field updated_at? string ISO 8601
---@field expires_at? string ISO 8601; when its record goes, mostly two days after its end
---@field self? string path
---@field schema? string path
local Task = {}

--- The task as it is now. One that came from `image:tasks()` is looked for there, which takes no
--- administrator.
---
--- Request: GET /v2/tasks/{task_id}
--- Request: GET /v2/images/{image_id}/tasks
--- Raises: not_found (its record has ended), forbidden.
--- Source: glance/api/v2/tasks.py, TasksController.get.
---@return Task
function Task:refresh() end

--- Waits until it has succeeded, and returns it as it is then.
---
--- Looks ten times a second at first, then ever less often; `interval` is a fixed number of seconds between
--- two looks. Gives up after `timeout` seconds (3600).
---
--- Request: GET /v2/tasks/{task_id}
--- Request: GET /v2/images/{image_id}/tasks
--- Raises: conflict (it failed; in its own words), unavailable (not in time), not_found, forbidden, usage.
--- Source: glance/api/v2/tasks.py, TasksController.get.
---@param options? { timeout: number?, interval: number? }
---@return Task
function Task:wait(options) end

--- The image cache of the one node of Glance that answered: a snapshot.
---
--- All methods are for administrators, and take an image as a record, an ID or a name.
---@class Cache
---@field cached_images table[] each with `image_id`, `size` (bytes), `hits`, `last_accessed`, `last_modified` (seconds since 1970), `checksum`
---@field queued_images string[] the IDs of images that are to be cached
local Cache = {}

--- Has an image cached, which happens later.
---
--- Request: PUT /v2/cache/{image_id}
--- Command: glance cache-queue, openstack cached image queue
--- Raises: not_found, invalid (the image is not active), forbidden.
--- Source: glance/api/v2/cached_images.py, CacheController.queue_image_from_api.
---@param image Image|string
function Cache:add(image) end

--- Takes an image out of the cache, and out of what waits for it. One that is in neither is no error.
---
--- Request: DELETE /v2/cache/{image_id}
--- Command: glance cache-delete, openstack cached image delete
--- Raises: not_found (no such image, cached or not), forbidden.
--- Source: glance/api/v2/cached_images.py, CacheController.delete_cache_entry.
---@param image Image|string
function Cache:remove(image) end

--- Empties all of it, or with `target` what is cached (`"cache"`) or what waits to be (`"queue"`).
---
--- Request: DELETE /v2/cache
--- Command: glance cache-clear, openstack cached image clear
--- Raises: usage, forbidden, not_found (no cache).
--- Source: glance/api/v2/cached_images.py, CacheController.clear_cache.
---@param options? { target: ("cache"|"queue")? }
function Cache:delete(options) end

--- The URLs of the nodes of Glance that have an image cached.
---
--- Request: GET /v2/cache/nodes/{image_id}
--- Command: glance cache-nodes-list
--- Raises: conflict (each node has a cache of its own, so that none knows), not_found, forbidden.
--- Source: glance/api/v2/cached_images.py, CacheController.get_cached_nodes.
---@param image Image|string
---@return string[]
function Cache:nodes(image) end

--- Takes out what is broken, or was never finished.
---
--- Request: POST /v2/cache/clean
--- Command: glance cache-clean
--- Raises: forbidden, not_found (no cache, or a Glance from before 2.18).
--- Source: glance/api/v2/cached_images.py, CacheController.clean_cache.
function Cache:clean() end

--- Takes out what was used least, until the cache is no larger than it may be; tells how much that was.
---
--- Request: POST /v2/cache/prune
--- Command: glance cache-prune
--- Raises: forbidden, not_found (no cache, or a Glance from before 2.18).
--- Source: glance/api/v2/cached_images.py, CacheController.prune_cache.
---@return { total_files_pruned: integer, total_bytes_pruned: integer }
function Cache:prune() end

--- The cache as it is now.
---
--- Request: GET /v2/cache
--- Raises: forbidden, not_found (no cache).
--- Source: glance/api/v2/cached_images.py, CacheController.get_cache_state.
---@return Cache
function Cache:refresh() end
