"""stub"""
from agents.agent import Holon
class PlannerAgent(Holon):
    def __init__(self, factory): super().__init__(factory, "planner")
