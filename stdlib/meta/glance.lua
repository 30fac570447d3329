---@meta glance

assert(false, 'stdlib/meta/glance.lua is documentation; write require "glance" instead')

--- The Image service: connecting to clouds.
---@class glance
local glance = {}

--- Connects to a cloud and logs in; twice the same cloud is one log-in.
---
--- Takes the name of a clouds.yaml entry, or a table: `cloud` names the entry, everything else is a setting
--- in clouds.yaml's own words (`region_name`, `interface`, `project_id`, …) and wins over it; what decides
--- where credentials are sent (`auth_url`, `verify`, …) only with `--trust`. With nothing, the
--- chosen cloud: `--os-cloud`, OS_CLOUD, or the OS_* environment.
---
--- Raises: config (unknown name, missing or contradictory settings), unauthorized, unavailable, protocol.
--- Source: openstacksdk, openstack/config/loader.py; keystone/api/auth.py.
---@param target? string|table
---@return Cloud
function glance.connect(target) end

--- The names that clouds.yaml configures, in its order.
---
--- Raises: config (a broken file).
---@return string[]
function glance.clouds() end

--- One identity in one cloud, logged in.
---@class Cloud
---@field name string the clouds.yaml entry; `envvars` where everything came from OS_*
---@field region? string the region asked for
---@field project_id? string the project the token is for
---@field project_name? string its name
---@field user_name? string whose token it is
---@field roles string[] names of the roles that the token has, such as `member`, `reader`, `admin`
---@field endpoint string the Image service's URL, without `/v2`
local Cloud = {}

--- Images that fit, fetched page by page as the loop goes on.
---
--- Filters: `name` `id` `status` `container_format` `disk_format` (a text, or a list of which one must fit),
--- `owner` `visibility` `member_status` `created_at` `updated_at` (`"gte:2026-01-01T00:00:00Z"`; also gt, lt,
--- lte, eq, neq) `checksum` `os_hash_value` `size_min` `size_max` (bytes) `protected` `os_hidden`, `tags` (a
--- list, all must match), `properties` (a table). `sort` is `"name:asc,size:desc"`; `limit` is how many in
--- all, `page_size` how many a request.
---
--- Memory does not grow with the listing. None comes twice when it changes its place meanwhile. A script may
--- delete what it is given as it goes.
---
--- Request: GET /v2/images
--- Command: glance image-list, openstack image list
--- Raises: usage (unknown option), invalid (a value that the cloud does not understand), unavailable.
--- Source: glance/api/v2/images.py, RequestDeserializer.index.
---@param options? table
---@return Images
function Cloud:images(options) end

--- One image by ID or name, pending shares included.
---
--- Request: GET /v2/images/{image_id}
--- Request: GET /v2/images
--- Command: glance image-show, openstack image show
--- Raises: not_found, ambiguous (tells every ID).
--- Source: glance/api/v2/images.py, ImagesController.show and index.
---@param ref string
---@return Image
function Cloud:image(ref) end

--- The same, but nil where there is none.
---
--- Request: GET /v2/images/{image_id}
--- Request: GET /v2/images
--- Raises: ambiguous.
--- Source: glance/api/v2/images.py, ImagesController.show and index.
---@param ref string
---@return Image|nil
function Cloud:find_image(ref) end

--- Creates an image; where its data are named too, uploads them, and deletes the image again when that fails.
---
--- `name` `id` `visibility` `disk_format` `container_format` `owner` `min_disk` (GiB) `min_ram` (MiB)
--- `protected` `os_hidden` `tags` `properties`; the data as in `Image:upload`: `file` or `data` or `stdin` or
--- `from`, `size` (bytes), `allow_empty`, `store`. They are looked at before the image is created. Or Glance
--- fetches the data itself: `import` is a table as for `Image:import`, and is waited for. With `method =
--- "glance-direct"` it imports the data that are named, which are staged first: so they come into several
--- stores, or through what a cloud does to data on their way.
---
--- Lunette removes only an image that it provably created. That holds for IDs that it draws itself. With an
--- `id` of your own it holds from Glance's answer on: should that answer be lost, the image is left as it is
--- and the error names it. An image that is not complete when a run ends (error, time limit, ^C, SIGTERM,
--- SIGHUP) is deleted then. A run that is killed leaves it to the next run that creates an image. `resumable`
--- (true) says that the script completes it instead, as `std.transfer` does: then no later run deletes it.
---
--- Request: POST /v2/images
--- Request: PUT /v2/images/{image_id}/file
--- Request: PUT /v2/images/{image_id}/stage
--- Request: POST /v2/images/{image_id}/import
--- Command: glance image-create, glance image-create-via-import, openstack image create
--- Raises: usage (also empty data), invalid (formats, no such store), conflict (the ID was used before),
--- unavailable (also an answer that was lost: says whether the image may exist), forbidden, limit, integrity,
--- and whatever a function or another image raises that gives the data. Source: glance/api/v2/images.py,
--- ImagesController.create; image_data.py, ImageDataController.upload.
---@param options table
---@return Image
function Cloud:create_image(options) end

--- Iterates over the members of one image, by ID or name: for its owner all of them, for a member only
--- itself.
---
--- With the ID it takes one request, where `cloud:image(id):members()` takes two.
---
--- Request: GET /v2/images/{image_id}/members
--- Command: glance member-list, openstack image member list
--- Raises: not_found, ambiguous, forbidden (the image is not shared).
--- Source: glance/api/v2/image_members.py, ImageMembersController.index.
---@param ref string
---@return Members
function Cloud:members(ref) end

--- Images that other projects share with this one, in any member status unless `status` names one.
---
--- `from` is the owner, by ID, name or clouds.yaml entry; `image` an ID or a name; `os_hidden` gives those
--- that their owner hides, in place of the others.
---
--- Request: GET /v2/images
--- Raises: usage, not_found (an owner that cannot be found).
--- Source: glance/api/v2/images.py, RequestDeserializer.index (visibility, member_status).
---@param options? table
---@return Images
function Cloud:offers(options) end

--- A project that was found to exist, by clouds.yaml entry, ID or name.
---
--- Verified by a log-in to it, or by Keystone; Glance itself takes any text as a member.
---
--- Raises: not_found (nothing vouches for it), ambiguous, usage (a project of another cloud).
--- Source: keystone/api/projects.py; keystone/api/auth.py, AuthProjects.
---@param ref string
---@return Project
function Cloud:project(ref) end

--- Namespaces of metadata definitions that this project may see, fetched page by page: the public ones and
--- its own.
---
--- `visibility` (`public`, `private`), `resource_types` (a list; those that are for one of them), `sort`
--- (`"namespace:asc"`, or by `created_at`; newest first unless said otherwise); `limit` is how many in all,
--- `page_size` how many a request.
---
--- Request: GET /v2/metadefs/namespaces
--- Command: glance md-namespace-list, openstack image metadef namespace list
--- Raises: usage (unknown option), unavailable.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.index.
---@param options? table
---@return Namespaces
function Cloud:namespaces(options) end

--- One namespace by name.
---
--- Request: GET /v2/metadefs/namespaces/{namespace}
--- Command: glance md-namespace-show, openstack image metadef namespace show
--- Raises: not_found (none, or private to another project), usage (a name that no path leads to).
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.show.
---@param name string
---@return Namespace
function Cloud:namespace(name) end

--- Makes a namespace, private unless `visibility` says otherwise, and what it is to hold.
---
--- `namespace` (its name) `display_name` `description` `visibility` `protected` `owner`; `properties`
--- (schemas by name), `objects`, `tags`, `resource_type_associations` (lists), each as for
--- `Namespace:create_property` and its neighbours. A name has ASCII letters and no slash: by another one
--- Glance could not find it again, not even to delete it.
---
--- Request: POST /v2/metadefs/namespaces
--- Command: glance md-namespace-create, glance md-namespace-import, openstack image metadef namespace create
--- Raises: usage, conflict (the name is taken, if only by one that this project may not see), forbidden (no
--- administrator), invalid.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.create.
---@param options table
---@return Namespace
function Cloud:create_namespace(options) end

--- The resource types that some namespace was ever for.
---
--- Request: GET /v2/metadefs/resource_types
--- Command: glance md-resource-type-list, openstack image metadef resource type list
--- Source: glance/api/v2/metadef_resource_types.py, ResourceTypeController.index.
---@return ResourceTypes
function Cloud:resource_types() end
--- The versions of the API that the cloud's Glance speaks, in its own order: a list of `{ id, status }`.
---
--- `status` is CURRENT, SUPPORTED, DEPRECATED or EXPERIMENTAL. Asked without a token. A cloud may lack what a
--- version has (a cache, several stores), so try a thing rather than compare numbers.
---
--- Request: GET /versions
--- Raises: unavailable, protocol.
--- Source: glance/api/versions.py, Controller.index.
---@return { id: string, status: string }[]
function Cloud:versions() end

--- The ways to import data that the cloud offers: a list of names for `image:import{ method = }`.
---
--- Request: GET /v2/info/import
--- Command: glance import-info, openstack image import info
--- Raises: not_found (the cloud knows no imports).
--- Source: glance/api/v2/discovery.py, InfoController.get_image_import.
---@return string[]
function Cloud:import_methods() end

--- The places where the cloud keeps data.
---
--- Where there are several, one may be named for an upload or an import. With `detail`, which is for
--- administrators, each also tells `type`, `weight` and `properties`.
---
--- Request: GET /v2/info/stores
--- Request: GET /v2/info/stores/detail
--- Command: glance stores-info, openstack image stores list
--- Raises: not_found (the cloud has but one store), forbidden (detail).
--- Source: glance/api/v2/discovery.py, InfoController.get_stores and get_stores_detail.
---@param options? { detail: boolean? }
---@return Store[]
function Cloud:stores(options) end

--- What the project uses and may use: a table of `{ limit, usage }` by name; empty where the cloud has no
--- limits.
---
--- `image_size_total` and `image_stage_total` in MiB, `image_count_total`, `image_count_uploading`; a limit
--- of -1 is none.
---
--- Request: GET /v2/info/usage
--- Command: glance usage
--- Raises: not_found (the cloud tells no usage).
--- Source: glance/api/v2/discovery.py, InfoController.get_usage.
---@return table<string, { limit: integer, usage: integer }>
function Cloud:usage() end

--- The JSON schema of that name, as a table: what fields there are, and what they may hold.
---
--- `image` `images` `member` `members` `task` `tasks`, and under `metadefs/`: `namespace` `namespaces`
--- `object` `objects` `property` `properties` `resource_type` `resource_types` `tag` `tags`.
---
--- Request: GET /v2/schemas/image
--- Request: GET /v2/schemas/images
--- Request: GET /v2/schemas/member
--- Request: GET /v2/schemas/members
--- Request: GET /v2/schemas/task
--- Request: GET /v2/schemas/tasks
--- Request: GET /v2/schemas/metadefs/namespace
--- Request: GET /v2/schemas/metadefs/namespaces
--- Request: GET /v2/schemas/metadefs/object
--- Request: GET /v2/schemas/metadefs/objects
--- Request: GET /v2/schemas/metadefs/property
--- Request: GET /v2/schemas/metadefs/properties
--- Request: GET /v2/schemas/metadefs/resource_type
--- Request: GET /v2/schemas/metadefs/resource_types
--- Request: GET /v2/schemas/metadefs/tag
--- Request: GET /v2/schemas/metadefs/tags
--- Command: glance explain
--- Raises: usage (no such name; tells the nearest), not_found (a Glance that lacks it).
--- Source: glance/api/v2/schemas.py, Controller.
---@param name string
---@return table
function Cloud:schema(name) end

--- Tasks of the whole cloud, fetched page by page, the latest first; for administrators.
---
--- `type` is `"import"`, `status` pending, processing, success or failure; `sort` is one key:
--- `"updated_at:asc"`; `limit` is how many in all, `page_size` how many a request. A task in a list has no
--- `input`, `result` and `message`: `task:refresh()` has. Anybody sees the tasks of an image:
--- `image:tasks()`.
---
--- Request: GET /v2/tasks
--- Command: glance task-list, openstack image task list
--- Raises: usage, forbidden (no administrator), invalid (no such status or sort key).
--- Source: glance/api/v2/tasks.py, TasksController.index.
---@param options? { type: string?, status: string?, sort: string?, limit: integer?, page_size: integer? }
---@return Tasks
function Cloud:tasks(options) end

--- One task by its ID; for administrators.
---
--- Request: GET /v2/tasks/{task_id}
--- Command: glance task-show, openstack image task show
--- Raises: not_found (or its record has ended), forbidden (no administrator).
--- Source: glance/api/v2/tasks.py, TasksController.get.
---@param id string
---@return Task
function Cloud:task(id) end

--- Begins a task; for administrators. `image:import` is what replaced it.
---
--- `type` is `"import"`, `input` then `{ import_from = URL, import_from_format = "qcow2", image_properties =
--- {…} }`.
---
--- Request: POST /v2/tasks
--- Command: glance task-create
--- Raises: usage, forbidden (no administrator), invalid.
--- Source: glance/api/v2/tasks.py, TasksController.create.
---@param options { type: string, input: table }
---@return Task
function Cloud:create_task(options) end

--- The image cache of the cloud's Glance as it is now; for administrators.
---
--- Request: GET /v2/cache
--- Command: glance cache-list, openstack cached image list
--- Raises: not_found (the cloud has no cache to look after), forbidden (no administrator).
--- Source: glance/api/v2/cached_images.py, CacheController.get_cache_state.
---@return Cache
function Cloud:cache() end

--- Sends any other request, authenticated, and returns `{ status, headers, body }`.
---
--- `service` is a catalogue type (`image` unless said otherwise); `json` or `body` is sent, with
--- `media_type`; `headers` are added. The answer's body is a Lua value where it is JSON. A GET or HEAD has no
--- body.
---
--- Its effect is what the server does, not what its method is called: for the Image API that of the
--- operation, so that a patch which removes a location deletes. Of other services a GET or HEAD reads, a few
--- requests are known to write (such as POST /servers), and all others count as deletions, which need a
--- recipe that declares "delete".
---
--- Refused before anything is sent: headers that frame a message, say who asks or change the method
--- (`Content-Length`, `Host`, `Authorization`, `X-Auth-Token`, `X-HTTP-Method-Override`); paths with `..`,
--- `//`, `\`, `#` or an encoded `/`. Lunette shows no secret of the run, but an answer is data: a script that
--- asks a service for secrets gets them.
---
--- Raises: usage; forbidden (the effect is not allowed here); what the status means; config (no such
--- service).
---@param method string
---@param path string
---@param options? table
---@return table
function Cloud:request(method, path, options) end

--- A project that was found to exist.
---@class Project
---@field id string
---@field name string
---@field cloud? string the clouds.yaml entry that logs in to it
---@field verified boolean
---@field source string what vouches for it: token, clouds.yaml, own projects, keystone
local Project = {}

return glance
