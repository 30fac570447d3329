---@meta

assert(false, 'stdlib/meta/cloud.lua is documentation; clouds come from require("glance").connect')

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

--- Filters of a listing of images, and its order.
---@class (exact) ImagesOptions
---@field name? string|string[] one text, or a list of which one must match
---@field id? string|string[]
---@field status? string|string[]
---@field container_format? string|string[]
---@field disk_format? string|string[]
---@field owner? string project ID
---@field visibility? string
---@field member_status? string of the caller's own project
---@field created_at? string `"gte:2026-01-01T00:00:00Z"`; also gt, lt, lte, eq, neq
---@field updated_at? string like `created_at`
---@field checksum? string MD5, hexadecimal
---@field os_hash_value? string hexadecimal
---@field size_min? integer bytes
---@field size_max? integer bytes
---@field public protected? boolean
---@field os_hidden? boolean
---@field tags? string[] all must match
---@field properties? table<string, string>
---@field sort? string `"name:asc,size:desc"`
---@field limit? integer how many in all
---@field page_size? integer how many a request

--- Images that match the filters, fetched page by page while the loop runs.
---
--- Memory does not grow with the listing. None comes twice when it changes its place meanwhile. A script may
--- delete what it is given as it goes.
---
--- Request: GET /v2/images
--- Command: glance image-list, openstack image list
--- Raises: usage (unknown option), invalid (a value that the cloud does not understand), unavailable.
--- Source: glance/api/v2/images.py, RequestDeserializer.index.
---@param options? ImagesOptions
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

--- A new image, and where its data come from.
---@class (exact) CreateImageOptions: UploadOptions
---@field name? string
---@field id? string a UUID; drawn at random unless given
---@field visibility? string private, shared, community, public
---@field disk_format? string
---@field container_format? string
---@field owner? string project ID, for administrators
---@field min_disk? integer GiB
---@field min_ram? integer MiB
---@field public protected? boolean
---@field os_hidden? boolean
---@field tags? string[]
---@field properties? table<string, string>
---@field import? ImportOptions Glance fetches the data; the call waits for that
---@field resumable? boolean the script completes the image: no later run deletes it

--- Creates an image. If its data are given too, uploads them, and deletes the image again when that fails.
---
--- The data are opened before the image is created. With `import` Glance fetches the data itself; with
--- `method = "glance-direct"` it imports the data that are given here, which are staged first: that way they
--- come into several stores, or pass through what a cloud does to imported data.
---
--- Lunette removes only an image that it provably created. That holds for IDs that it draws itself. With an
--- `id` of your own it holds from Glance's answer on: should that answer be lost, the image is left as it is
--- and the error names it. An image that is not complete when a run ends (error, time limit, ^C, SIGTERM,
--- SIGHUP) is deleted then. A run that is killed leaves it to the next run on this machine that changes
--- anything in this project, unless it is `resumable`, as those of `std.transfer` are.
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
---@param options CreateImageOptions
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

--- Which of the images that others share.
---@class (exact) OffersOptions
---@field status? string pending, accepted or rejected; all unless given
---@field from? string|Project|Cloud the owner: ID, name or clouds.yaml entry
---@field image? string ID or name
---@field os_hidden? boolean true lists the images that their owner hides, in place of the others

--- Images that other projects share with this one.
---
--- Request: GET /v2/images
--- Raises: usage, not_found (an owner that cannot be found).
--- Source: glance/api/v2/images.py, RequestDeserializer.index (visibility, member_status).
---@param options? OffersOptions
---@return Images
function Cloud:offers(options) end

--- A project that was found to exist, by clouds.yaml entry, ID or name.
---
--- Verified by a log-in to it, or by Keystone; Glance itself takes any text as a member.
---
--- Raises: not_found (it does not exist, or cannot be verified), ambiguous, usage (of another cloud).
--- Source: keystone/api/projects.py; keystone/api/auth.py, AuthProjects.
---@param ref string
---@return Project
function Cloud:project(ref) end

--- Filters of a listing of namespaces, and its order.
---@class (exact) NamespacesOptions
---@field visibility? string public, private
---@field resource_types? string[] those for one of these types
---@field sort? string `"namespace:asc"`, or by `created_at`; the newest first unless given
---@field limit? integer how many in all
---@field page_size? integer how many a request

--- Namespaces of metadata definitions that this project may see, fetched page by page: the public ones and
--- its own.
---
--- Request: GET /v2/metadefs/namespaces
--- Command: glance md-namespace-list, openstack image metadef namespace list
--- Raises: usage (unknown option), unavailable.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.index.
---@param options? NamespacesOptions
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

--- A new namespace, and its contents.
---@class (exact) CreateNamespaceOptions
---@field namespace string its name: ASCII letters and no slash, or Glance could not find it again
---@field display_name? string
---@field description? string
---@field visibility? string private (unless given), public
---@field public protected? boolean
---@field owner? string project ID
---@field properties? table<string, table> schemas by name, as for `Namespace:create_property`
---@field objects? ObjectOptions[]
---@field tags? (string|TagOptions)[]
---@field resource_type_associations? (string|ResourceTypeOptions)[]

--- Creates a namespace with its contents.
---
--- Request: POST /v2/metadefs/namespaces
--- Command: glance md-namespace-create, glance md-namespace-import, openstack image metadef namespace create
--- Raises: usage, conflict (the name is taken, if only by one that this project may not see), forbidden (no
--- administrator), invalid.
--- Source: glance/api/v2/metadef_namespaces.py, NamespaceController.create.
---@param options CreateNamespaceOptions
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

--- Filters of a listing of tasks, and its order.
---@class (exact) TasksOptions
---@field type? string `"import"`
---@field status? string pending, processing, success, failure
---@field sort? string one key: `"updated_at:asc"`
---@field limit? integer how many in all
---@field page_size? integer how many a request

--- Tasks of the whole cloud, fetched page by page, the latest first; for administrators.
---
--- A task in a list has no `input`, `result` and `message`: `task:refresh()` has. `image:tasks()` lists those
--- of an image for everybody.
---
--- Request: GET /v2/tasks
--- Command: glance task-list, openstack image task list
--- Raises: usage, forbidden (no administrator), invalid (no such status or sort key).
--- Source: glance/api/v2/tasks.py, TasksController.index.
---@param options? TasksOptions
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

--- What a request of one's own sends.
---@class (exact) RequestOptions
---@field service? string a type in the catalogue: image unless given
---@field headers? table<string, string>
---@field json? any sent as JSON
---@field body? string sent as it is
---@field media_type? string of `body` or `json`

--- Sends any other request, authenticated, and returns `{ status, headers, body }`.
---
--- The response's body is a Lua value if it is JSON. A GET or HEAD sends no body.
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
---@param options? RequestOptions
---@return table
function Cloud:request(method, path, options) end
