"""The routes of files that callers bring."""

from gateway.web import tus
from gateway.web.api import materials
from gateway.web.routes import parameters
from gateway.web.routes.described import BINARY, GUARDED, NOTHING, Endpoint, Success

_ARRIVING = (
    "tus_version", "not_found", "bad_parameter", "no_offset_stream", "upload_offset", "upload_checksum",
    "upload_differs", "upload_of_other_type", "pieces_too_small", "too_large", "too_slow", "body_unreadable",
    "stopping",
)  # fmt: skip
_UPLOAD_STATE = ("Upload-Offset", "Upload-Length", "Upload-Expires")
_TAKEN_IN = Success(204, ("已收下", "Taken in"), media=NOTHING, headers=_UPLOAD_STATE)

MATERIALS = (
    Endpoint(
        "OPTIONS", "/v1/materials", materials.options, "material.upload",
        ("上传能力", "What uploads can do"),
        ("tus 1.0.0：扩展、最大字节数、校验算法。", "tus 1.0.0: its extensions, the largest file, the checksums."),
        (Success(204, ("能力", "What there is"), media=NOTHING,
                 headers=("Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm")),),
        GUARDED, always=tus.ALWAYS,
    ),
    Endpoint(
        "POST", "/v1/materials", materials.create, "material.upload",
        ("登记一个要上传的文件", "Announce a file"),
        ("说明长度与媒体类型，得到上传地址；内容自第一个字节起加密保存。在办件中以 upload 代替 content 使用。",
         "Says how long it is and of which media type, and gets its address; what is brought lies encrypted from "
         "its first byte. A case uses it by `upload` instead of `content`."),
        (Success(201, ("可以上传", "It can be brought"), media=NOTHING, headers=("Location", *_UPLOAD_STATE)),),
        (*GUARDED, "tus_version", "bad_parameter", "media_type_not_taken", "too_large", "uploads_full",
         "stopping"),
        (parameters.TUS, parameters.UPLOAD_LENGTH, parameters.UPLOAD_METADATA), always=tus.ALWAYS,
    ),
    Endpoint(
        "HEAD", "/v1/materials/{id}", materials.stands, "material.upload",
        ("上传到了哪里", "How far an upload has come"),
        ("断线之后从 Upload-Offset 继续。", "After a broken line it goes on from Upload-Offset."),
        (Success(200, ("进度", "How far"), media=NOTHING,
                 headers=(*_UPLOAD_STATE, "Upload-Metadata", "Repr-Digest")),),
        (*GUARDED, "tus_version", "not_found"), (parameters.UPLOAD, parameters.TUS), always=tus.ALWAYS,
    ),
    Endpoint(
        "PATCH", "/v1/materials/{id}", materials.bring, "material.upload",
        ("上传下一段", "Bring the next bytes"),
        ("逐段写入；断线时已到的部分保留。最后一段到齐后核对摘要与格式，不符即作废。",
         "Taken in piece by piece; what came before a line broke is kept. With the last bytes digest and type are"
         " checked; a file that is something else is discarded."),
        (_TAKEN_IN,), (*GUARDED, *_ARRIVING),
        (parameters.UPLOAD, parameters.TUS, parameters.UPLOAD_OFFSET, parameters.UPLOAD_CHECKSUM),
        streams=tus.OFFSET_STREAM, always=tus.ALWAYS,
    ),
    Endpoint(
        "POST", "/v1/materials/{id}", materials.overridden, "material.upload",
        ("以 POST 代替 PATCH、DELETE、HEAD", "Any of these methods by POST"),
        ("供只放行 POST 的网络使用，真正的方法写在 X-HTTP-Method-Override。",
         "For networks that let only POST through; the method that is meant stands in X-HTTP-Method-Override."),
        (_TAKEN_IN, Success(200, ("进度", "How far"), media=NOTHING, headers=_UPLOAD_STATE)),
        (*GUARDED, *_ARRIVING),
        (parameters.UPLOAD, parameters.TUS, parameters.OVERRIDE, parameters.UPLOAD_OFFSET_IF_ANY),
        streams=tus.OFFSET_STREAM, always=tus.ALWAYS,
    ),
    Endpoint(
        "DELETE", "/v1/materials/{id}", materials.take_back, "material.upload",
        ("放弃上传", "Take an upload back"),
        ("不再保留；已被办件使用的文件仍归该办件。",
         "It is not kept any longer; a case that uses it keeps its file."),
        (Success(204, ("已放弃", "Gone"), media=NOTHING),),
        (*GUARDED, "tus_version", "not_found"), (parameters.UPLOAD, parameters.TUS), always=tus.ALWAYS,
    ),
    Endpoint(
        "GET", "/v1/materials/{id}", materials.content, "material.upload",
        ("取回上传的文件", "Get an upload's content"),
        ("本接入方自己上传的文件，可用 Range 只取一段。",
         "A file that you brought yourself; Range gets a stretch of it."),
        (Success(200, ("文件", "The file"), media=BINARY, headers=("Repr-Digest", "Accept-Ranges", "ETag")),
         Success(206, ("一段", "A stretch"), media=BINARY, headers=("Content-Range", "ETag"))),
        (*GUARDED, "not_found", "upload_unfinished", "no_such_range"), (parameters.UPLOAD, parameters.RANGE),
        always=tus.ALWAYS,
    ),
)  # fmt: skip
