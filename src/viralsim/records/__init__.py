"""Results on disk: columns in Parquet, a manifest in JSON, written whole or not at all."""

from viralsim.records.folder import refuse_foreign
from viralsim.records.parquet import open_more, open_record, save_record

__all__ = ["open_more", "open_record", "refuse_foreign", "save_record"]
