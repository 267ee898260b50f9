"""Finding who does a thing: the contract net of Smith (1980) in FIPA's form.

An :class:`Initiator` belongs to the owner of things (an order owns its lots) and
calls for proposals; a :class:`Participant` belongs to somebody who can do them. Both
know agents by id only, and machines not at all. ::

    Initiator                      Participant
      CallForProposal  ───────────▶  bid
      ◀───────────  Proposal | Refusal           by the deadline
      Acceptance  ────────────────▶  take        best first, until one confirms
      ◀───────────  Confirmation | Failure       by the end of the lease
      Rejection  ─────────────────▶              to all others
                     ... claim ...               at the thing itself, no message
      ◀───────────  Done | Failure

**At most one holder ever starts.** Over a network that loses messages two sides
cannot know the same thing at the same time, so the protocol does not try to. A
participant may believe that it holds an award that has long gone to somebody else;
what counts is the owner's ledger. A start needs two things that agree:

1. the token of the participant, the conversation in which it was awarded the thing
   (:meth:`Participant.holds`);
2. the entry of the owner, (winner, conversation) (:meth:`Initiator.holder`), written
   when a confirmation of its *present* candidate arrives.

They are compared where the thing is handed over (a part goes to the confirmed holder
only): :meth:`Initiator.claim` is that comparison, and succeeds once. There is one
ledger a thing, one entry in it, and an entry is replaced only before it is claimed:
so one claim at most succeeds, whatever was lost, doubled or late. From the claim on
only facts count, and no message takes the thing away again.

**No belief stays false.** Whoever was sent an Acceptance and is no longer wanted is
sent Rejections until it answers with a Failure; whoever gives an award up sends
Failures until they are answered with a Rejection. (Dozens of times, ever less often;
then there is nobody.) After the end of the lease an Acceptance is answered with a
Failure, so nothing old is ever taken anew.

**Every call is settled once, at the end of the lease at the latest**, by a timer that
no message can put off. Where messages take no time it is settled in the same instant.

Timers are entries of the calendar, ``timeout(argument)`` of the id's target: the
owner is registered there and forwards both ``receive(message)`` and
``timeout(argument)``. Each returns whether it was meant for the component, so that
an owner of both kinds offers it to one and then to the other.
"""

from agents.contract_net.call import Announcer, Bid, Bidder, Call, Outcome, cheapest
from agents.contract_net.initiator import Initiator
from agents.contract_net.participant import Participant

__all__ = [
    "Announcer",
    "Bid",
    "Bidder",
    "Call",
    "Initiator",
    "Outcome",
    "Participant",
    "cheapest",
]
