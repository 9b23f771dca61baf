"""A small list of English synonyms, of our own making: words that can stand for each other."""

from __future__ import annotations

__all__ = ["GROUPS"]

# One group in each line: whatever is said of one word would stay true with another of its line.
# Left out are words of two meanings (`fine`, `right`, `mean`), so that no text changes its own.
_LINES = """
lovely delightful charming
great terrific splendid
excellent superb outstanding
wonderful marvellous fantastic fabulous
good decent
nice pleasant agreeable
amazing astonishing astounding incredible
perfect flawless faultless
beautiful gorgeous stunning
bad poor
terrible awful dreadful horrible
disgusting revolting
worst poorest
dirty filthy grimy
clean spotless
tidy neat
friendly amiable
rude impolite discourteous
polite courteous
helpful obliging
happy glad pleased
happily gladly
sad unhappy sorrowful
angry furious
afraid frightened scared
worried anxious
tired weary exhausted
boring dull tedious
interesting fascinating intriguing
exciting thrilling gripping
funny amusing humorous
hilarious uproarious
silly foolish
stupid idiotic
clever intelligent smart
odd strange peculiar
weird bizarre
common widespread
rare uncommon
famous renowned
quiet silent
noisy loud
big large
huge enormous gigantic immense
small little
tiny minute minuscule
fast quick rapid swift
quickly rapidly swiftly
slow sluggish
slowly sluggishly
easy simple
easily effortlessly
difficulty trouble
strong powerful
weak feeble
rich wealthy
expensive costly pricey
cheap inexpensive
empty vacant
wet soaked
cold chilly
sick ill
important significant
entire whole
correct accurate
wrong incorrect mistaken
error mistake
false untrue
true genuine
real actual
certainly surely definitely
maybe perhaps possibly
really truly
very extremely
quite rather
almost nearly
completely totally entirely utterly
exactly precisely
often frequently
always invariably
sometimes occasionally
rarely seldom
soon shortly
immediately instantly
suddenly abruptly
finally eventually
now currently
usually normally generally
especially particularly
mostly mainly
begin start
begins starts
began started
beginning starting
end finish
ends finishes
ended finished
stop halt
stopped halted
buy purchase
buys purchases
bought purchased
buying purchasing
give provide
gives provides
gave provided
need require
needs requires
needed required
want desire
wants desires
wanted desired
enjoy relish
enjoyed relished
love adore
loves adores
loved adored
hate detest loathe
hates detests loathes
hated detested loathed
help assist
helps assists
helped assisted
answer reply
answered replied
tell inform
told informed
speak talk
speaks talks
spoke talked
said stated
show display
shows displays
showed displayed
see notice
saw noticed
choose pick
chose picked
chosen selected
try attempt
tries attempts
tried attempted
build construct
built constructed
fix repair mend
fixed repaired mended
break shatter
broken damaged
changed altered
send dispatch
sent dispatched
arrive come
arrived came
wait linger
waited lingered
stayed remained
keep retain
kept retained
happen occur
happens occurs
happened occurred
think believe
thinks believes
thought believed
guess suppose
remember recall
remembered recalled
forget overlook
recommend advise
recommended advised
complain grumble
complained grumbled
cry weep
cried wept
laugh chuckle
laughed chuckled
shout yell
shouted yelled
walk stroll
walked strolled
jump leap
jumped leapt
injured wounded
annoy irritate
annoyed irritated
annoying irritating
disappointing underwhelming
surprise astonish
surprised astonished
surprising unexpected
impressive remarkable
memorable unforgettable
ridiculous absurd
useless worthless
useful handy
safe secure
dangerous hazardous risky
comfortable cosy
delicious tasty yummy
tasteless bland flavourless
actor performer
actors performers
story tale
stories tales
plot storyline
song tune
songs tunes
author writer
car automobile
cars automobiles
house home
houses homes
room chamber
hotel inn
shop store
shops stores
staff personnel
employee worker
employees workers
boss manager
customer client
customers clients
price cost
prices costs
money cash
job occupation
problem issue
problems issues
idea notion
ideas notions
reason cause
reasons causes
result outcome
results outcomes
part portion
parts portions
place spot
places spots
trip journey
holiday vacation
holidays vacations
child kid youngster
children kids youngsters
man guy
men guys
woman lady
women ladies
friend pal buddy
friends pals buddies
people folks
baby infant
doctor physician
doctors physicians
parcel package
parcels packages
gift present
gifts presents
picture image
photos photographs
phone telephone
phones telephones
message note
messages notes
chance opportunity
danger peril
fight battle
fights battles
fault defect
faults defects
rubbish garbage trash
difficult tricky
movie film
movies films
photo photograph snapshot
companies businesses
company business
modern contemporary
sort type
sorts types
full crowded
usual customary
probably presumably
bathroom washroom
meal dish
supper dinner
"""
GROUPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split()) for line in _LINES.strip().splitlines()
)
"""Groups of words; each word is a synonym of the others in its group."""
