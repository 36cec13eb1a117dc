"""What makes the generated parts of documentation and charts. No part of what is installed."""
