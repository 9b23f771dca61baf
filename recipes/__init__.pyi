from .config import Choice as Choice
from .config import Config as Config
from .dataset import Dataset as Dataset
from .dataset import SealedTest as SealedTest
from .dataset import Splits as Splits
