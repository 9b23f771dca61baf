from .findings import Finding as Finding
