"""Codes of files that callers bring (上传), and of files that are got back."""

from collections.abc import Mapping

from gateway.errors.code import Code

_AGAIN = (
    "请核对文件后重新登记并上传；作废的上传没有保留任何内容。",
    "Look at the file, announce it anew and bring it again. Nothing of the discarded upload was kept.",
)
_RESUME = (
    "请以 HEAD 查询 Upload-Offset，从该处继续。",
    "Ask for Upload-Offset with HEAD, and go on from there.",
)

MATERIALS: Mapping[str, Code] = {
    "tus_version": Code(412, "caller", "read",
        ("缺少 Tus-Resumable 请求头，或不是所支持的版本",
         "The header Tus-Resumable is missing, or names another version"),
        ("请携带 Tus-Resumable: 1.0.0。", "Send Tus-Resumable: 1.0.0."),
        ("支持的版本：{known}", "Known versions: {known}")),
    "no_offset_stream": Code(415, "caller", "read",
        ("上传内容的媒体类型不对", "The body has not the media type of an upload"),
        ("请设置所示的 Content-Type。", "Set the Content-Type that is named."),
        ("应为 {known}", "It must be {known}")),
    "media_type_not_taken": Code(422, "caller", "check",
        ("不接收此种媒体类型的文件", "Files of this media type are not taken"),
        ("请转换为所列的一种格式。", "Convert the file into one of those that are listed."),
        ("可用：{known}", "Known: {known}")),
    "upload_offset": Code(409, "caller", "read",
        ("上传的起点与已收到的不符", "The bytes do not go on where the upload stands"), _RESUME,
        ("已收到 {offset} 字节", "{offset} bytes came so far")),
    "upload_checksum": Code(460, "caller", "read",
        ("这一段与其校验值不符，未收下", "These bytes are not what their checksum says; they were not taken"),
        ("请重新发送这一段。", "Send them again.")),
    "upload_differs": Code(422, "caller", "check",
        ("收到的文件与所声明的摘要不符，已作废",
         "The file is not what its digest says, and was discarded"), _AGAIN),
    "upload_of_other_type": Code(422, "caller", "check",
        ("文件内容不是所声明的格式，已作废",
         "The file is not of the type that was said, and was discarded"), _AGAIN,
        ("声明为 {type}", "It was said to be {type}")),
    "pieces_too_small": Code(422, "caller", "read",
        ("分段过小，请求过多", "The file comes in too many pieces"),
        ("请放弃这一上传，改用更大的分段重新上传。", "Take this upload back, and bring the file in larger pieces."),
        ("此文件最多分 {most} 段", "At most {most} pieces of this file are taken")),
    "uploads_full": Code(429, "gateway", "record",
        ("已上传而未使用的文件过多", "Too many files were brought that no case uses"),
        ("请提交使用这些文件的办件，或放弃不用的上传；过期的会自动清理。",
         "Submit the cases that use them, or take back what is not needed; what is over is swept away."),
        ("上限为 {most} 字节", "At most {most} bytes are kept")),
    "upload_unfinished": Code(409, "caller", "look_up",
        ("文件尚未上传完毕", "The file is not whole yet"), _RESUME,
        ("已收到 {offset} 字节，共 {most} 字节", "{offset} of {most} bytes came")),
    "no_such_range": Code(416, "caller", "look_up",
        ("没有所要的这一段", "There is no such stretch"),
        ("请按文件的字节数改正 Range。", "Mend Range by the size of the file."),
        ("共 {most} 字节", "It has {most} bytes")),
}  # fmt: skip
